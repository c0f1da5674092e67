// A list supports pages, sort orders and filters, including arrays as the SDK writes them.
"use strict";

const assert = require("node:assert/strict");
const { client } = require("../client");

async function main() {
  const { orders } = client();
  for (const [id, status] of [["a", "CREATED"], ["b", "PAID"], ["c", "CANCELED"]]) {
    await orders.create({ id, status, amount: 100 });
  }
  const listed = async (parameters) => {
    const page = await orders.list(parameters);
    assert.deepEqual([page.object, page.data_ref], ["list", "orders"]);
    return [page.orders.map((order) => order.id).join(""), page.total];
  };

  assert.deepEqual(await listed(), ["abc", 3]);
  assert.deepEqual(await listed({ limit: 2 }), ["ab", 3]);
  assert.deepEqual(await listed({ limit: 2, page: 2 }), ["c", 3]);
  assert.deepEqual(await listed({ order: "-created_at" }), ["cba", 3]);
  assert.deepEqual(await listed({ order: "updated_at", limit: 1 }), ["a", 3]);
  assert.deepEqual(await listed({ status: ["PAID", "CANCELED"] }), ["bc", 2]);
  assert.deepEqual(await listed({ status: "PAID" }), ["b", 1]);
  assert.deepEqual(await listed({ status: null, customer: "" }), ["abc", 3]);
  assert.deepEqual(await listed({ created_at: { after: "2001-01-01" } }), ["abc", 3]);
  assert.deepEqual(await listed({ created_at: { before: "2001-01-01" } }), ["", 0]);
  assert.deepEqual(await listed({ starting_after_id: "b" }), ["c", 3]);
}

main();
