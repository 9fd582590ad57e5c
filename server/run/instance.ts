/**
 * Who this process is among servers of one database. The id rests in the home folder, so that a server killed and started
 * again takes its runs back at once; only one living process holds it.
 */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

export interface Instance {
  readonly id: string;
  release(): void;
}

/** A second process in the same home gets an id of its own, which it forgets with its end. */
export function claimInstance(home: string): Instance {
  fs.mkdirSync(home, { recursive: true });
  const idFile = path.join(home, "instance-id");
  const lockFile = path.join(home, "instance.lock");
  for (let tries = 0; tries < 10; tries++) {
    try {
      fs.writeFileSync(lockFile, `${process.pid} ${startTime(process.pid) ?? ""}`, { flag: "wx" });
      if (!fs.existsSync(idFile)) fs.writeFileSync(idFile, `${crypto.randomUUID()}\n`);
      return {
        id: fs.readFileSync(idFile, "utf8").trim(),
        release: () => fs.rmSync(lockFile, { force: true }),
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (isHeld(lockFile)) return { id: crypto.randomUUID(), release: () => undefined };
    fs.rmSync(lockFile, { force: true });
  }
  return { id: crypto.randomUUID(), release: () => undefined };
}

function isHeld(lockFile: string): boolean {
  try {
    const [pid, started] = fs.readFileSync(lockFile, "utf8").split(" ");
    process.kill(Number(pid), 0);
    // A number that was given to another process since does not count.
    return startTime(Number(pid)) === (started || undefined);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function startTime(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
