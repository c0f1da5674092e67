# The image of the worker, the API and every other command: `make image`. Any Python of 3.11 to 3.14 on any distribution will do as base.
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
# Where pip looks, for those who have a mirror: --build-arg PIP_INDEX_URL=... Those who have no
# network put the packages into the folder wheels/ and say --build-arg PIP_NO_INDEX=1.
# This stage is thrown away: neither its arguments nor its files are in the image.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
ARG PIP_NO_INDEX
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_FIND_LINKS=/build/wheels
WORKDIR /build
COPY requirements/build.txt requirements/image.txt wheel[s] wheels/
RUN python3 -m venv tools \
 && python3 -m venv --without-pip /opt/order-projector \
 && tools/bin/pip install --require-hashes -r wheels/build.txt \
 && tools/bin/pip --python /opt/order-projector/bin/python install --require-hashes -r wheels/image.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && tools/bin/pip --python /opt/order-projector/bin/python install --no-deps --no-index dist/*.whl

FROM ${PYTHON_IMAGE}
ARG PYTHON_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="order-projector" \
      org.opencontainers.image.description="Projects redemption and payment events into exact order documents." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="${PYTHON_IMAGE}"
COPY --from=build /opt/order-projector /opt/order-projector
COPY deploy/healthcheck.py /opt/order-projector/healthcheck.py
ENV PATH=/opt/order-projector/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ORDERS_HTTP_HOST=0.0.0.0 \
    ORDERS_API_HOST=0.0.0.0
# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8000 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-IS", "/opt/order-projector/healthcheck.py", "/livez"]
# No shell in between: the worker, or the API (`serve`), is process 1 and gets the SIGTERM of `docker stop` itself.
ENTRYPOINT ["order-projector"]
CMD ["run"]
