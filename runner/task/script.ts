/**
 * A script cell: its text is run by another program, in the task's own scratch folder, as the task's own user. What it
 * prints is the log as it comes; script-files.ts says how values go in and out, script-metrics.ts how metrics do.
 */
import { spawn } from "node:child_process";
import { accessSync, constants, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { delimiter, join } from "node:path";
import type { Launch } from "@/pipelines/protocol/messages";
import { readOomKills } from "../harness/proc";
import type { Environment } from "./environment";
import type { Output } from "./output";
import { ScriptFailure } from "./script-failure";
import { readScriptOutput, writeScriptInput } from "./script-files";
import { ScriptMetrics } from "./script-metrics";
import type { WireMaker } from "./to-wire";

/** As server/notebook/program.ts writes it into the program. */
export interface ScriptOrder {
  /** Program and arguments; the name of the file comes last. */
  readonly run: readonly string[];
  readonly source: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What it must give. */
  readonly outputs: readonly string[];
  /** Those of them that somebody reads. */
  readonly wanted: readonly string[];
  readonly image?: string;
}

export interface ScriptSurroundings {
  readonly launch: Launch;
  readonly output: Output;
  readonly wire: WireMaker;
  readonly environment: Environment;
  readonly cwd: string;
}

/** Other names under which a machine may have the same interpreter. */
const alike: Readonly<Record<string, readonly string[]>> = { python: ["python3"], python3: ["python"], sh: ["bash"], R: ["Rscript"] };
const endings: Readonly<Record<string, string>> = {
  python: ".py",
  python3: ".py",
  bash: ".sh",
  sh: ".sh",
  Rscript: ".R",
  node: ".js",
  julia: ".jl",
  ruby: ".rb",
  perl: ".pl",
};
const remedies: Readonly<Record<string, string>> = {
  python: "Python (Debian: apt-get install python3)",
  python3: "Python (Debian: apt-get install python3)",
  Rscript: "R (Debian: apt-get install r-base-core)",
  bash: "Bash (Debian: apt-get install bash)",
  julia: "Julia (julialang.org)",
  ruby: "Ruby (Debian: apt-get install ruby)",
  perl: "Perl (Debian: apt-get install perl)",
};
const tailCharacters = 4000;
const tailLines = 20;
/** A process that the script left behind may hold its pipes open: after its end they are read for this long. */
const drainMs = 300;

export class ScriptRunner {
  /** Why this process must not be used again: what scripts leave behind nobody can see from here. */
  trace: string | undefined;

  constructor(private readonly place: { readonly path: string; readonly isLocal: boolean; readonly tree: string }) {}

  async run(order: ScriptOrder, around: ScriptSurroundings): Promise<Record<string, unknown>> {
    const { cwd, output, wire, environment, launch } = around;
    this.trace = "ran a script";
    const [name = "", ...args] = order.run;
    const program = this.find(name, order.image);
    if (this.place.isLocal && order.image !== undefined) {
      output.log(
        "system",
        `Cells run as local processes here: this script is run by ${program} of this machine, not in the image ${order.image}.`,
      );
    }
    mkdirSync(join(cwd, "in"));
    mkdirSync(join(cwd, "out"));
    for (const [input, value] of Object.entries(order.inputs)) await writeScriptInput(join(cwd, "in"), input, value, environment);
    const file = `${launch.taskKey}${endings[name] ?? ""}`;
    writeFileSync(join(cwd, file), order.source.endsWith("\n") ? order.source : `${order.source}\n`);
    output.flush();
    const metrics = new ScriptMetrics(join(cwd, "out", "metrics.jsonl"), output);
    const ended = await this.spawn(program, [...args, file], around);
    metrics.close();
    for (const path of filesBelow(join(cwd, "out", "artifacts"))) {
      output.artifact({ name: path, artifactType: "", metadata: {}, value: wire.file(join(cwd, "out", "artifacts", path)) });
    }
    if (ended !== undefined) throw ended;
    const outputs: Record<string, unknown> = {};
    for (const wanted of order.outputs) {
      const value = await readScriptOutput(join(cwd, "out"), wanted, environment);
      if (order.wanted.includes(wanted)) outputs[wanted] = value;
    }
    return outputs;
  }

  /** The script's end: undefined when it was a good one. */
  private async spawn(program: string, args: readonly string[], around: ScriptSurroundings): Promise<ScriptFailure | undefined> {
    const kills = readOomKills();
    const child = spawn(program, args, { cwd: around.cwd, stdio: ["ignore", "pipe", "pipe"], env: this.variables(around) });
    let tail = "";
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      from.on("data", (chunk: Buffer) => {
        tail = (tail + chunk.toString("utf8", Math.max(0, chunk.length - tailCharacters))).slice(-tailCharacters);
        to.write(chunk);
      });
    }
    const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      child.once("error", (error) => reject(new ScriptFailure("image", `${program} could not be started: ${error.message}`)));
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, drainMs))]);
    child.stdout.destroy();
    child.stderr.destroy();
    if (code === 0) return undefined;
    if (signal === "SIGKILL" && readOomKills() > kills) {
      return new ScriptFailure(
        "out-of-memory",
        `The script was killed for want of memory: its limit is ${Math.round(around.launch.memoryBytes / 1024 ** 2)} MB. More is given with memory= in the cell's header.`,
      );
    }
    let last = tail.trimEnd().split("\n").slice(-tailLines).join("\n");
    for (const secret of Object.values(around.launch.secrets)) if (secret.length >= 4) last = last.replaceAll(secret, "[secret]");
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    return new ScriptFailure("exit-code", `The script ${how}.${last === "" ? " It printed nothing." : ` Its last lines:\n${last}`}`);
  }

  private variables({ launch, cwd }: ScriptSurroundings): NodeJS.ProcessEnv {
    const { run } = launch;
    const variables: Record<string, string> = {
      PATH: this.place.path,
      LANG: "C.UTF-8",
      TZ: "UTC",
      // Version managers of languages (pyenv, asdf) live in the home folder.
      HOME: this.place.isLocal ? userInfo().homedir : cwd,
      TMPDIR: process.env.TMPDIR ?? "/tmp",
      PYTHONUNBUFFERED: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      HEDDLE_RUN: run.id,
      HEDDLE_NOTEBOOK: run.notebook,
      HEDDLE_TASK: launch.taskKey,
      HEDDLE_ATTEMPT: String(launch.attemptNumber),
      HEDDLE_TRIGGER: run.trigger,
      ...(run.logicalDate === undefined ? {} : { HEDDLE_LOGICAL_DATE: run.logicalDate }),
      HEDDLE_PARAMS: JSON.stringify(run.params),
      HEDDLE_METRICS: join(cwd, "out", "metrics.jsonl"),
      // By this the harness finds what the script sent away from itself, and ends it.
      HEDDLE_TREE: this.place.tree,
      ...launch.secrets,
    };
    return variables as NodeJS.ProcessEnv;
  }

  private find(name: string, image: string | undefined): string {
    const wanted = name.includes("/") ? [name] : [name, ...(alike[name] ?? [])];
    for (const one of wanted) {
      if (one.includes("/") && isProgram(one)) return one;
      if (one.includes("/")) continue;
      for (const folder of this.place.path.split(delimiter)) {
        // An absolute folder: what lies in the working directory is data.
        if (folder.startsWith("/") && isProgram(join(folder, one))) return join(folder, one);
      }
    }
    const where = this.place.isLocal ? "on this machine" : image === undefined ? "in Heddle's own image" : `in the image ${image}`;
    const remedy = this.place.isLocal
      ? `Install ${remedies[name] ?? name} so that it is found in PATH (${this.place.path}), then run again.`
      : `Give the cell an image that has it, such as image=${name.startsWith("python") ? "python:3.12" : name === "Rscript" ? "r-base:4.4.1" : "debian:12"}.`;
    throw new ScriptFailure("image", `There is no program "${name}" ${where}, which run= asks for. ${remedy}`);
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  } catch {
    return [];
  }
}
