// Every rejection arrives as the SDK's own error, with its code, its key and its details.
"use strict";

const assert = require("node:assert/strict");
const { client } = require("../client");

async function refused(call) {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Error && !("isAxiosError" in error)); // its class has no public name
    assert.match(error.request_id, /^v-/);
    return error;
  }
  return assert.fail("nothing was refused");
}

async function main() {
  const { orders, asyncActions } = client();

  const missing = await refused(orders.get("ord_x"));
  assert.deepEqual([missing.code, missing.key], [404, "not_found"]);
  assert.deepEqual([missing.resource_id, missing.resource_type], ["ord_x", "order"]);
  assert.equal(missing.message, "Resource not found");
  assert.match(missing.details, /ord_x/);

  const invalid = await refused(orders.create({ items: [{ product_id: "p", quantity: "2" }] }));
  assert.deepEqual([invalid.code, invalid.key], [400, "invalid_payload"]);
  assert.match(invalid.details, /\.items\[0\]\.quantity/);

  const query = await refused(orders.list({ limit: 101 }));
  assert.deepEqual([query.code, query.key], [400, "invalid_query_params"]);
  assert.match(query.details, /limit/);

  const action = await refused(asyncActions.get("aa_x"));
  assert.deepEqual([action.code, action.key], [404, "not_found"]);

  const wrong = await refused(client({ secretKey: "wrong" }).orders.list());
  assert.deepEqual([wrong.code, wrong.key], [401, "unauthorized"]);

  const reader = client({ applicationId: process.env.READER_ID });
  const forbidden = await refused(reader.orders.create({ amount: 1 }));
  assert.deepEqual([forbidden.code, forbidden.key], [403, "forbidden"]);
}

main();
