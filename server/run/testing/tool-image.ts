/** A tiny image of this machine's own Bash and Python, for scripts in containers: nothing is downloaded, and it has no Node. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { librariesOf, loadImage, type ImageEntry } from "../../executor/docker/image";

const run = promisify(execFile);

/** Returns its tag. Python is left out where this machine has none. */
export async function makeToolImage(): Promise<{ tag: string; hasPython: boolean }> {
  const programs = new Map<string, string>();
  for (const name of ["bash", "cat", "sleep", "env", "setsid", "head", "tr"]) {
    const path = await which(name);
    if (path) programs.set(`usr/bin/${name}`, path);
  }
  const python = await findPython();
  if (python) programs.set("usr/bin/python3", python.program);
  const files = new Map<string, string>();
  for (const [name, path] of programs) {
    files.set(name, path);
    for (const library of await librariesOf(path)) files.set(library.slice(1), await realpath(library));
  }
  if (python) {
    for (const path of await filesBelow(python.library)) files.set(path.slice(1), path);
  }
  const entries: ImageEntry[] = [];
  for (const [name, path] of files) entries.push({ name, mode: 0o755, content: await readFile(path) });
  entries.push({ name: "tmp/", mode: 0o1777, content: undefined });
  const id = createHash("sha256")
    .update([...files].sort().join())
    .digest("hex")
    .slice(0, 12);
  const tag = `heddle-test-tools:${id}`;
  const variables = ["PATH=/usr/bin", ...(python ? [`PYTHONHOME=${python.home}`] : [])];
  await loadImage(tag, [entries], variables);
  return { tag, hasPython: python !== undefined };
}

async function which(name: string): Promise<string | undefined> {
  return run("bash", ["-c", `command -v ${name}`]).then(
    ({ stdout }) => realpath(stdout.trim()),
    () => undefined,
  );
}

async function findPython(): Promise<{ program: string; library: string; home: string } | undefined> {
  const ask = "import sys, sysconfig; print(sys.executable); print(sysconfig.get_path('stdlib')); print(sys.base_prefix)";
  try {
    const { stdout } = await run("python3", ["-c", ask]);
    const [program, library, home] = stdout.trim().split("\n");
    return { program: await realpath(program!), library: library!, home: home! };
  } catch {
    return undefined;
  }
}

/** The standard library without what is large and not needed here. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (/^(test|tests|site-packages|dist-packages|idlelib|tkinter|turtledemo|ensurepip|lib2to3|config-.*|__pycache__)$/.test(entry.name))
      continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    else if ((await lstat(path)).isFile()) found.push(path);
  }
  return found;
}
