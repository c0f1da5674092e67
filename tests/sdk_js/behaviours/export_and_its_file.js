// An export is created, found, downloaded without a key, and deleted with its file.
"use strict";

const assert = require("node:assert/strict");
const { client } = require("../client");

async function main() {
  const { orders, distributions } = client();
  const { exports } = distributions;
  await orders.create({ id: "a", amount: 100 });
  await orders.create({ id: "b", amount: 200, status: "PAID" });
  const scheduled = await exports.create({
    exported_object: "order",
    parameters: {
      order: "-created_at",
      fields: ["id", "amount"],
      filters: { junction: "AND", amount: { conditions: { $more_than: [50] } } },
    },
  });
  assert.deepEqual([scheduled.status, scheduled.result], ["SCHEDULED", null]);

  const done = await exports.get(scheduled.id);
  const file = await fetch(done.result.url);

  assert.equal(done.status, "DONE");
  assert.equal(await file.text(), "id,amount\r\nb,200\r\na,100\r\n");
  const listed = await exports.list({ limit: 5, page: 1, order: "-created_at" });
  assert.deepEqual([listed.total, listed.exports[0].id], [1, scheduled.id]);
  await exports.delete(scheduled.id);
  assert.equal((await fetch(done.result.url)).status, 404);
}

main();
