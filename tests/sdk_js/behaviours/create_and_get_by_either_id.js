// A created order is returned with its sums, and can be read by its id and by its source id.
"use strict";

const assert = require("node:assert/strict");
const { client } = require("../client");

async function main() {
  const { orders } = client();
  const created = await orders.create({
    source_id: "shop/1 ä",
    status: "CREATED",
    items: [
      { product_id: "prod_1", quantity: 2, price: 500 },
      { sku_id: "sku_1", quantity: 1, amount: 250, product: { name: "Cup" } },
    ],
    customer: { source_id: "ada" },
    metadata: { gift: true, note: null },
  });

  assert.match(created.id, /^ord_/);
  assert.deepEqual(
    [created.object, created.source_id, created.status, created.amount, created.total_amount],
    ["order", "shop/1 ä", "CREATED", 1250, 1250],
  );
  assert.deepEqual(await orders.get(created.id), created);
  assert.deepEqual(await orders.get("shop/1 ä"), created);
}

main();
