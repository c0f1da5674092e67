// An order that is read, changed in one place and written back whole keeps everything else.
"use strict";

const assert = require("node:assert/strict");
const { client } = require("../client");

async function main() {
  const { orders } = client();
  await orders.create({
    source_id: "shop-1",
    items: [{ product_id: "prod_1", quantity: 2, price: 500, metadata: { colour: "red" } }],
    customer: { source_id: "ada" },
    metadata: { note: "old" },
  });
  const read = await orders.get("shop-1");

  const written = await orders.update({ ...read, metadata: { note: "new" } });

  assert.deepEqual(written, {
    ...read,
    metadata: { note: "new" },
    updated_at: written.updated_at,
  });
}

main();
