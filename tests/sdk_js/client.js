"use strict";

const { VoucherifyServerSide } = require("@voucherify/sdk");

const { API_URL, APP_ID, APP_TOKEN } = process.env;

/** Return the SDK's client of the API, created as a shop does; options override the defaults. */
function client(options = {}) {
  return VoucherifyServerSide({
    apiUrl: API_URL,
    applicationId: APP_ID,
    secretKey: APP_TOKEN,
    ...options,
  });
}

/** Call until the result fulfils the condition; the test's timeout ends a call that never does. */
async function until(call, condition) {
  for (;;) {
    const result = await call();
    if (condition(result)) return result;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

module.exports = { client, until };
