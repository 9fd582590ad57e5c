import { expect, test } from "./heddle";
test.describe.configure({ timeout: 240_000 });
test("shots", async ({ signedIn: page }) => {
  await page.goto("/pools");
  const call = (procedure: string, input: unknown) => page.evaluate(async ([p, i]) => { const r = await fetch(`/api/trpc/${p as string}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(i) }); const b = await r.json(); if (b.error) throw new Error(b.error.message); return b.result.data; }, [procedure, input] as const) as Promise<any>;
  await call("pool.save", { kind: "pool", name: "gpu", slots: 2 });
  await call("pool.save", { kind: "pool", name: "vendor-api-with-a-rather-long-name", rate: { count: 30, seconds: 60 }, slots: 12 });
  const hold = await call("notebook.import", { fileName: "h.ts", text: "// ---\n// title: Nightly retraining\n// ---\n\n// %% Train the model each=\"i of [1,2,3,4,5,6,7,8,9]\" pool=gpu cache=off\nfor (;;) await new Promise((resolve) => setTimeout(resolve, 100));\n\n// %% Report after=train-the-model\nexport const report = 1;\n" });
  const locked = await call("notebook.import", { fileName: "l.ts", text: "// ---\n// title: Sync\n// ---\n\n// %% Write lock=warehouse pool=gpu cache=off\nexport const a = 1;\n\n// %% Publish\nexport const b = a;\n" });
  await call("pool.limit", { notebookId: hold.id, runs: 1 });
  const r1 = await call("run.start", { notebookId: hold.id, revision: 1 });
  await expect(page.locator('[data-place="pool/gpu"]')).toContainText("2 of 2", { timeout: 60_000 });
  const r2 = await call("run.start", { notebookId: locked.id, revision: 1 });
  await expect(page.locator('[data-place="pool/gpu"]')).toContainText("Waiting (8)");
  for (const scheme of ["light", "dark"] as const) for (const width of [1440, 390]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 900 });
    await page.goto("/pools");
    await expect(page.locator('[data-place="pool/gpu"]')).toContainText("Waiting (8)");
    await page.screenshot({ path: `/tmp/shots/pools-${scheme}-${width}.png` });
    if (scheme === "light") { await page.locator('[data-place="pool/gpu"]').getByRole("button", { name: "Change" }).click(); await page.getByRole("button", { name: /away…/ }).click(); await page.screenshot({ path: `/tmp/shots/dialog-${width}.png` }); }
    await page.goto(`/runs/${r2.id}?task=${r2.id}-0`);
    await expect(page.getByRole("list", { name: "Why it waits" })).toContainText("gpu");
    await page.screenshot({ path: `/tmp/shots/drawer-${scheme}-${width}.png` });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`/runs/${r2.id}?tab=tasks`);
  await page.locator(`[data-task-run="${r2.id}-0"]`).hover();
  await expect(page.getByRole("tooltip")).toContainText("gpu");
  await page.screenshot({ path: "/tmp/shots/tip.png" });
  await call("run.cancel", { id: r1.id }); await call("run.cancel", { id: r2.id });
});
