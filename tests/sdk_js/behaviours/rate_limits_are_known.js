// The SDK's rate limit handler knows how many requests are allowed, and how many are left.
"use strict";

const assert = require("node:assert/strict");
const { client } = require("../client");

async function main() {
  const { orders, apiLimitsHandler } = client();
  assert.equal(apiLimitsHandler.areLimitsAvailable(), false);

  await orders.list();

  assert.equal(apiLimitsHandler.areLimitsAvailable(), true);
  assert.equal(apiLimitsHandler.getRateLimit(), 1_000_000);
  assert.equal(apiLimitsHandler.getRateLimitRemaining(), 1_000_000);
}

main();
