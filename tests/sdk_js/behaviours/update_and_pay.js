// An update by the order's id or source id changes only the given fields; so does paying.
"use strict";

const assert = require("node:assert/strict");
const { client } = require("../client");

async function main() {
  const { orders } = client();
  const created = await orders.create({ source_id: "shop-1", amount: 700, metadata: { a: 1 } });

  const changed = await orders.update({ id: created.id, metadata: { b: 2 } });
  const paid = await orders.update({ source_id: "shop-1", status: "PAID" });

  assert.deepEqual([changed.status, changed.amount, changed.metadata], ["CREATED", 700, { b: 2 }]);
  assert.deepEqual([paid.id, paid.status, paid.amount], [created.id, "PAID", 700]);
  assert.deepEqual(paid.metadata, { b: 2 });
  assert.deepEqual(await orders.get(created.id), paid);
}

main();
