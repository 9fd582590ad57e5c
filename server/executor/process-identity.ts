/** A process by its id and the moment it started, so that another one that got the same id later is not taken for it. */
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

export function identify(pid: number): ProcessIdentity {
  return { pid, startTime: startTime(pid) };
}

export function isAlive({ pid, startTime: expected }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process is alive all the same.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return startTime(pid) === expected;
}

/** From /proc; where there is none, the id alone must do. Zombies count as gone. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "gone" : fields[19]!;
  } catch {
    return "";
  }
}
