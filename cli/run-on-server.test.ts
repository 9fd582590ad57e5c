/** `heddle run --server` of notebooks that ask: on a terminal in place, elsewhere by saying where to answer. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { InboxItem, RunDetail } from "@/server/run/run-views";
import { runnerFolder } from "@/server/run/testing/workbench";
import { makeBareLock } from "@/server/testing/bare-lock";
import { addPerson, startTestServer, type Person, type TestServer } from "@/server/testing/test-server";
import type { Terminal } from "./answer-approvals";
import { main } from "./heddle";
import { runOnServer } from "./run-on-server";

let server: TestServer;
let owner: Person;
let token: string;
let environmentDir: string;
let folder: string;

beforeAll(async () => {
  environmentDir = makeBareLock();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-asks-"));
  server = await startTestServer({ executor: "process", environmentDir, runnerDir: runnerFolder });
  owner = await addPerson(server);
  token = ((await owner.mutate("workspace.createToken", { name: "cli", scope: "editor" })).data as { token: string }).token;
  await server.heddle.execution.engine();
});
afterAll(async () => {
  await server.close();
  for (const each of [environmentDir, folder]) fs.rmSync(each, { recursive: true, force: true });
});
afterEach(() => vi.restoreAllMocks());

const asking = (options = "") => `// %% Train
export const error = 0.25;

// %% Promote [approval] form="rate:number, tier:gold|silver=gold"${options}
// The error is \${error}. Promote it?

// %% Deploy
export const deployed = \`\${rate * 2} \${tier}\`;
`;

/** What is printed, and a promise of certain words in it. */
class Heard {
  text = "";
  private waiting: (() => void)[] = [];

  add(more: string): void {
    this.text += more;
    for (const go of this.waiting.splice(0)) go();
  }

  async says(words: string): Promise<void> {
    while (!this.text.includes(words)) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

function listen(): { readonly heard: Heard; readonly printed: string[] } {
  const heard = new Heard();
  const printed: string[] = [];
  vi.spyOn(console, "error").mockImplementation((line: string) => heard.add(`${line}\n`));
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  return { heard, printed };
}

function openTerminal(): { readonly terminal: Terminal; readonly screen: Heard; type(line: string): void } {
  const [input, output, screen] = [new PassThrough(), new PassThrough(), new Heard()];
  output.on("data", (data: Buffer) => screen.add(data.toString()));
  return { terminal: { input, output }, screen, type: (line) => input.write(`${line}\n`) };
}

function run(text: string, terminal: Terminal | undefined): Promise<number> {
  const options = {
    ...{ assignments: [], data: undefined, executor: undefined, server: undefined, json: false, targets: undefined },
    ...{ cache: "use" as const, timeout: undefined, dryRun: false, answers: { approve: [], reject: [], answers: [] } },
  };
  return runOnServer("asks.ts", text, { url: server.url, token }, options, () => undefined, terminal);
}

async function newest(): Promise<RunDetail> {
  const { rows } = (await owner.call("run.list", {})).data as { rows: { id: string }[] };
  return (await owner.call("run.get", { id: rows[0]!.id })).data as RunDetail;
}

const decision = ({ taskRuns }: RunDetail) => taskRuns.find(({ taskKey }) => taskKey === "promote")!.decision;

test("on a terminal an approval is asked in place, with what it shows, and answers are checked as they are typed", async () => {
  listen();
  const { terminal, screen, type } = openTerminal();
  const code = run(asking(), terminal);
  await screen.says("The error is 0.25. Promote it?");
  await screen.says("Approve? [y/n]");
  type("y");
  await screen.says("rate: ");
  type("much");
  await screen.says("has to be a number");
  type("1.5");
  await screen.says("tier (gold, silver)");
  type("silver");
  expect(await code).toBe(0);
  const ended = await newest();
  expect(ended.outputs).toMatchObject([{ value: { summary: 'string · "3 silver"' } }, { name: "error" }]);
  expect(decision(ended)).toMatchObject({ type: "approved", by: expect.stringMatching(/^Person/) as unknown });
}, 60_000);

test("a rejection on the terminal ends the run with its reason", async () => {
  listen();
  const { terminal, screen, type } = openTerminal();
  const code = run(asking(), terminal);
  await screen.says("Approve? [y/n]");
  type("n");
  await screen.says("Why not?");
  type("too costly");
  expect(await code).toBe(1);
  expect(decision(await newest())).toMatchObject({ type: "rejected", note: "too costly" });
}, 60_000);

test("a question that somebody answers elsewhere is taken back, and the run goes on", async () => {
  const { heard } = listen();
  const { terminal, screen } = openTerminal();
  const code = run(asking(), terminal);
  await screen.says("Approve? [y/n]");
  const [item] = (await owner.call("run.inbox")).data as InboxItem[];
  await owner.mutate("run.answer", { taskRunId: item!.taskRunId, approved: true, values: { rate: 1 } });
  expect(await code).toBe(0);
  await heard.says("“Promote” was answered elsewhere");
}, 60_000);

test("where nobody can be asked it says where to answer, and waits for that", async () => {
  const { heard, printed } = listen();
  const file = path.join(folder, "asks.ts");
  fs.writeFileSync(file, asking(` assignees=${owner.email}`));
  process.exitCode = 0;
  const ran = main(["node", "heddle", "run", file, "--server", server.url, "--token", token, "--json"]);
  await heard.says(`waits for an answer by ${owner.email}: `);
  const [item] = (await owner.call("run.inbox")).data as InboxItem[];
  expect(heard.text).toContain(`${server.url}/runs/${item!.runId}?task=${item!.taskRunId}`);
  expect(heard.text).toContain(`heddle answer ${item!.runId} --task promote --server ${server.url}`);
  expect(printed).toEqual([]);
  await main([
    ...["node", "heddle", "answer", item!.runId, "--task", "promote", "--server", server.url, "--token", token],
    ...["--value", "rate=2", "--note", "fine"],
  ]);
  await ran;
  expect(process.exitCode).toBe(0);
  expect(JSON.parse(printed.join("\n"))).toMatchObject({ run: { status: "succeeded" }, outputs: { deployed: "4 gold" } });
}, 60_000);
