// An import returns an async action, which reports when its orders are stored.
"use strict";

const assert = require("node:assert/strict");
const { client, until } = require("../client");

async function main() {
  const { orders, asyncActions } = client();
  const { async_action_id: id } = await orders.import([
    { source_id: "shop-1", amount: 100 },
    { source_id: "shop-2", amount: -1 },
    { source_id: "shop-3", amount: 300, status: "PAID" },
  ]);

  const action = await until(
    () => asyncActions.get(id),
    ({ status }) => status === "DONE" || status === "FAILED",
  );

  assert.deepEqual([action.object, action.type], ["async_action", "ORDERS.IMPORT"]);
  assert.equal(action.status, "DONE");
  assert.deepEqual([action.result.done_count, action.result.failed_count], [2, 1]);
  assert.equal(action.result.failed[0].index, 1);
  const listed = await asyncActions.list({ limit: 1 });
  assert.deepEqual(listed.async_actions.map((each) => each.id), [id]);
  const before = await asyncActions.list({ limit: 1, end_date: "2001-01-01" });
  assert.deepEqual(before.async_actions, []);
  assert.equal((await orders.get("shop-3")).status, "PAID");
}

main();
