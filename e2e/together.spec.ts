/** Several people in one notebook: each in a browser of their own, on one server. */
import type { Browser, Page } from "@playwright/test";
import { addMember } from "./add-member";
import { callApi } from "./call-api";
import { expect, test, type Heddle } from "./heddle";

const cell = (page: Page, index: number) => page.locator("[data-cell]").nth(index);
const code = (page: Page, index: number) => cell(page, index).locator(".cm-content");
const word = (page: Page, text: string) => page.getByRole("status").filter({ hasText: new RegExp(`^${text}$`) });
const saved = (page: Page) => expect(word(page, "Saved")).toBeVisible();
const here = (page: Page, name: string) => page.getByRole("list", { name: "Also here" }).getByRole("button", { name: `Follow ${name}` });

async function type(page: Page, index: number, text: string): Promise<void> {
  await code(page, index).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText(text);
}

async function open(page: Page, text: string): Promise<string> {
  await page.goto("/notebooks");
  const { id } = await callApi<{ id: string }>(page, "notebook.import", { fileName: "together.ts", text });
  await page.goto(`/notebooks/${id}`);
  return id;
}

async function join(
  heddle: Heddle,
  browser: Browser,
  id: string,
  name: string,
  role: "editor" | "runner" | "viewer" = "editor",
): Promise<Page> {
  const context = await addMember(heddle, browser, { name, role });
  const page = await context.newPage();
  await page.goto(`/notebooks/${id}`);
  await expect(cell(page, 0)).toBeVisible();
  return page;
}

const text = "// %% First\nconst first = 1;\n\n// %% Second\nexport const second = first + 1;\n\n// %% [markdown]\n// # Words\n";

test("two people type in one cell and in different ones, see each other, and both texts are kept", async ({
  signedIn: ada,
  heddle,
  browser,
}) => {
  const id = await open(ada, text);
  const bob = await join(heddle, browser, id, "Bob Berg");
  await expect(here(ada, "Bob Berg")).toBeVisible();
  await expect(bob.getByRole("list", { name: "Also here" }).getByRole("button")).toHaveCount(1);

  await type(ada, 0, "\nconst fromAda = 2;");
  await type(bob, 1, "\nconst fromBob = 3;");
  await expect(code(bob, 0)).toContainText("const fromAda = 2;");
  await expect(code(ada, 1)).toContainText("const fromBob = 3;");

  // Where the other is: a mark with the name, in the cell.
  await expect(cell(ada, 1).locator('.cm-remote-caret[data-name="Bob Berg"]')).toBeVisible();
  await bob.keyboard.press("Shift+Home");
  await expect(cell(ada, 1).locator(".cm-remote-selection")).toHaveText("const fromBob = 3;");

  // In the same cell, at once.
  await code(bob, 0).click();
  await bob.keyboard.press("Control+Home");
  await Promise.all([ada.keyboard.type("// ada ada ada"), bob.keyboard.type("// bob bob bob\n")]);
  for (const page of [ada, bob]) {
    await expect(code(page, 0)).toContainText("// ada ada ada");
    await expect(code(page, 0)).toContainText("// bob bob bob");
  }
  // Each takes back what they wrote themselves.
  await ada.keyboard.press("Control+z");
  await expect(code(bob, 0)).not.toContainText("ada ada");
  await expect(code(ada, 0)).toContainText("// bob bob bob");

  // Cells that one makes, moves and deletes are so for the other, and one's undo is one's own.
  await ada.keyboard.press("Escape");
  await ada.keyboard.press("b");
  await expect(bob.locator("[data-cell]")).toHaveCount(4);
  await ada.keyboard.insertText("const made = 4;");
  await expect(cell(bob, 1)).toContainText("const made = 4;");
  await ada.keyboard.press("Escape");
  await ada.keyboard.press("Control+Shift+ArrowDown");
  await expect(cell(bob, 2)).toContainText("const made = 4;");
  await ada.keyboard.press("z");
  await expect(cell(bob, 1)).toContainText("const made = 4;");
  await saved(ada);
  await saved(bob);
  await ada.reload();
  await expect(cell(ada, 0)).toContainText("// bob bob bob");
  await expect(cell(ada, 2)).toContainText("const fromBob = 3;");
  await bob.context().close();
  await expect(ada.getByRole("list", { name: "Also here" })).toHaveCount(0);
});

test("what is typed before the shared document is there goes into it, beside what others wrote", async ({
  signedIn: ada,
  heddle,
  browser,
}) => {
  const id = await open(ada, text);
  const bob = await join(heddle, browser, id, "Bob First");
  let letThrough: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letThrough = resolve));
  await ada.routeWebSocket(/\/api\/collaborate/, async (socket) => {
    await held;
    socket.connectToServer();
  });
  await ada.goto(`/notebooks/${id}`);
  await type(ada, 0, "\nconst early = 1;");
  await ada.keyboard.press("Escape");
  await ada.keyboard.press("b");
  await ada.keyboard.insertText("const between = 2;");
  await type(bob, 0, "\nconst meanwhile = 3;");
  await cell(bob, 1).getByLabel("Title of the cell").fill("Renamed");
  await cell(bob, 1).getByLabel("Title of the cell").press("Enter");
  await saved(bob);
  await expect(word(ada, "Saving…")).toBeVisible();
  letThrough();
  await saved(ada);
  for (const page of [ada, bob]) {
    await expect(cell(page, 0)).toContainText("const early = 1;");
    await expect(cell(page, 0)).toContainText("const meanwhile = 3;");
    await expect(cell(page, 1)).toContainText("const between = 2;");
    await expect(cell(page, 2).getByLabel("Title of the cell")).toHaveValue("Renamed");
    await expect(page.locator("[data-cell]")).toHaveCount(4);
  }
  // The cursor is where it was.
  await ada.keyboard.insertText(" // still here");
  await expect(cell(bob, 1)).toContainText("const between = 2; // still here");
  await bob.context().close();
});

test("one follows somebody through the notebook, until one does something oneself", async ({ signedIn: ada, heddle, browser }) => {
  const many = Array.from({ length: 40 }, (_, index) => `// %% Cell ${index}\nconst value${index} = ${index};\n`).join("\n");
  const id = await open(ada, many);
  const bob = await join(heddle, browser, id, "Bob Far");
  await here(ada, "Bob Far").click();
  await expect(ada.getByText("Following Bob Far")).toBeVisible();
  await cell(bob, 38).scrollIntoViewIfNeeded();
  await code(bob, 38).click();
  await expect(cell(ada, 38)).toBeInViewport();
  await ada.keyboard.press("Shift");
  await expect(ada.getByText("Following Bob Far")).toHaveCount(0);
  await bob.context().close();
});

test("who has no connection goes on writing, is told so, and is brought together with the others afterwards", async ({
  signedIn: ada,
  heddle,
  browser,
}) => {
  const id = await open(ada, text);
  const bob = await join(heddle, browser, id, "Bob Away");
  await type(bob, 0, "\nconst before = 0;");
  await expect(code(ada, 0)).toContainText("const before = 0;");
  await saved(bob);
  await bob.context().setOffline(true);
  await expect(word(bob, "Offline")).toBeVisible();
  await bob.keyboard.insertText("\nconst away = 1;");
  await expect(word(bob, "Offline: kept here")).toBeVisible();
  await type(ada, 0, "\nconst meanwhile = 2;");
  await saved(ada);
  await bob.context().setOffline(false);
  await saved(bob);
  for (const page of [ada, bob]) {
    await expect(code(page, 0)).toContainText("const away = 1;");
    await expect(code(page, 0)).toContainText("const meanwhile = 2;");
  }
  // A version that was saved over the API comes in beside what is being written.
  const stored = await ada.evaluate(async (notebook) => {
    const response = await fetch(`/api/trpc/notebook.get?input=${encodeURIComponent(JSON.stringify({ id: notebook }))}`);
    return ((await response.json()) as { result: { data: { revision: number; text: string } } }).result.data;
  }, id);
  await callApi(ada, "notebook.save", { id, revision: stored.revision, text: stored.text.replace("first + 1", "first + 100") });
  await expect(cell(bob, 1)).toContainText("first + 100");
  await expect(code(bob, 0)).toContainText("const away = 1;");
  await bob.context().close();
});

test("two people press Run, and there is one run; whoever may only read watches it and cannot write", async ({
  signedIn: ada,
  heddle,
  browser,
}) => {
  test.setTimeout(120_000);
  const id = await open(ada, "// %% Slow\nawait new Promise((resolve) => setTimeout(resolve, 2500));\nexport const answer = 42;\n");
  const bob = await join(heddle, browser, id, "Bob Runs");
  const eve = await join(heddle, browser, id, "Eve Reads", "viewer");
  await expect(eve.getByRole("button", { name: "Run all" })).toBeDisabled();
  await expect(eve.getByRole("button", { name: "Run all" })).toHaveAttribute("title", /you can watch runs/);
  await expect(here(ada, "Bob Runs")).toBeVisible();
  await Promise.all([ada, bob].map((page) => page.getByRole("button", { name: "Run all" }).click()));
  for (const page of [ada, bob, eve]) {
    await expect(cell(page, 0).locator('[data-state-icon="succeeded"]').first()).toBeVisible({ timeout: 60_000 });
    await expect(cell(page, 0).getByRole("list", { name: "Values" })).toContainText("answer");
  }
  const runs = await ada.evaluate(async (notebookId) => {
    const response = await fetch(`/api/trpc/run.list?input=${encodeURIComponent(JSON.stringify({ notebookId }))}`);
    return ((await response.json()) as { result: { data: { rows: unknown[] } } }).result.data.rows.length;
  }, id);
  expect(runs).toBe(1);

  // Live, letter by letter, and read only.
  await expect(word(eve, "Read only")).toBeVisible();
  await type(ada, 0, "\nconst live = 1;");
  await expect(cell(eve, 0)).toContainText("const live = 1;");
  await code(eve, 0).click();
  await eve.keyboard.type("nothing");
  await eve.keyboard.press("Escape");
  await eve.keyboard.press("b");
  await expect(eve.getByText(/you can read along/, { exact: false }).first()).toBeVisible();
  await expect(eve.locator("[data-cell]")).toHaveCount(1);
  await expect(code(eve, 0)).not.toContainText("nothing");
  await expect(code(ada, 0)).not.toContainText("nothing");
  await bob.context().close();
  await eve.context().close();
});

test("a cell is talked about: a mention reaches its person, threads are answered, resolved and opened again", async ({
  signedIn: ada,
  heddle,
  browser,
}) => {
  const id = await open(ada, text);
  const bob = await join(heddle, browser, id, "Bob Told");
  await cell(ada, 1).hover();
  await cell(ada, 1).getByRole("button", { name: "Comment" }).click();
  const input = ada.getByRole("combobox", { name: "Comment on Second" });
  await input.pressSequentially("@Bob T");
  await ada.getByRole("option", { name: "Bob Told" }).click();
  await input.pressSequentially("is this right?");
  await expect(input).toHaveValue("@Bob Told is this right?");
  await ada.keyboard.press("Control+Enter");
  await expect(ada.locator("[data-thread]")).toContainText("is this right?");

  // At the other's cell at once, and in their inbox.
  await cell(bob, 1).getByRole("button", { name: "1 open comment" }).click();
  const thread = bob.locator("[data-thread]");
  await expect(thread.locator("mark")).toHaveText("@Bob Told");
  await thread.getByRole("combobox").fill("It is.");
  await thread.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(ada.locator("[data-thread]")).toContainText("It is.");
  await bob.goto("/inbox");
  await expect(bob.getByRole("region", { name: "Comments that name you" })).toContainText("is this right?");
  await bob.getByRole("link", { name: "Second" }).click();
  await expect(bob.locator("[data-thread]")).toContainText("It is.");

  // It stays with its cell, whatever becomes of that.
  await cell(ada, 1).getByLabel("Title of the cell").fill("Renamed");
  await cell(ada, 1).getByLabel("Title of the cell").press("Enter");
  await ada.keyboard.press("Control+Shift+ArrowUp");
  await expect(cell(bob, 0).getByRole("button", { name: "1 open comment" })).toBeVisible();

  // One's own can be deleted; what is resolved is out of sight until it is opened again.
  await bob.locator("[data-thread]").getByRole("button", { name: "Delete this comment" }).click();
  await expect(ada.locator("[data-thread]")).not.toContainText("It is.");
  await ada.locator("[data-thread]").getByRole("button", { name: "Resolve" }).click();
  await expect(bob.locator("[data-thread]")).toHaveCount(0);
  await expect(cell(bob, 0).getByRole("button", { name: "1 open comment" })).toHaveCount(0);
  await bob.getByRole("button", { name: "Show 1 resolved" }).click();
  await bob.getByRole("button", { name: "Reopen" }).click();
  await expect(cell(ada, 0).getByRole("button", { name: "1 open comment" })).toBeVisible();
  await bob.context().close();
});
