/** HEDDLE_HOME: the folder of everything Heddle keeps, and the lock that makes one server its only owner. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

export interface Home {
  readonly dir: string;
  readonly postgresDir: string;
  /** Files of a workspace that its notebooks read. */
  dataDir(workspaceId: string): string;
  /** Who the server of this home is among servers of one database: stays, so that one killed and started again takes its runs back. */
  readonly instance: string;
  release(): void;
}

/** Makes the folder (0700) and takes its lock. Throws when a live server has it. */
export function openHome(dir: string): Home {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  fs.chmodSync(dir, 0o700);
  const release = takeLock(path.join(dir, "server.lock"));
  const folder = (name: string) => {
    const made = path.join(dir, name);
    fs.mkdirSync(made, { recursive: true, mode: 0o700 });
    return made;
  };
  return {
    dir,
    postgresDir: path.join(dir, "postgres"),
    dataDir: (workspaceId) => {
      if (!/^[\w-]+$/.test(workspaceId)) throw new Error("A workspace id has letters, digits, - and _ only.");
      folder("data");
      const made = folder(path.join("data", workspaceId));
      // Mounted into containers whose tasks are nobody here; on this machine the home around it stays closed.
      fs.chmodSync(made, 0o755);
      return made;
    },
    instance: readInstance(path.join(dir, "instance-id")),
    release,
  };
}

/** Only the holder of the lock reads or writes it. */
function readInstance(file: string): string {
  const known = readIfThere(file)?.trim();
  if (known) return known;
  const made = crypto.randomUUID();
  fs.writeFileSync(file, `${made}\n`, { mode: 0o600 });
  return made;
}

/** A lock whose process is gone (kill -9, power cut) is taken over. */
function takeLock(file: string): () => void {
  const mine = `${process.pid} ${startOf(process.pid)} ${crypto.randomUUID()}\n`;
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let tries = 0; ; tries++) {
      try {
        fs.linkSync(draft, file);
        return () => {
          if (readIfThere(file) === mine) fs.rmSync(file, { force: true });
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const theirs = readIfThere(file);
      if (theirs === undefined) continue;
      const [pid, start] = theirs.trim().split(" ");
      if (tries > 20 || (pid !== undefined && Number(pid) > 0 && startOf(Number(pid)) === start && start !== "gone")) {
        throw new Error(`Heddle is running already with this home (process ${pid}). Stop it first, or set HEDDLE_HOME to another folder.`);
      }
      // Aside first: if another starter was faster, what is moved here is its lock, and goes back.
      const aside = `${file}.stale.${process.pid}`;
      try {
        fs.renameSync(file, aside);
        if (readIfThere(aside) !== theirs) fs.linkSync(aside, file);
      } catch (error) {
        if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
      } finally {
        fs.rmSync(aside, { force: true });
      }
    }
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** When a process started, in the kernel's words: a number reused by another process is told apart. "gone": no such process. */
function startOf(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "gone";
  }
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "unknown";
  } catch {
    return "unknown";
  }
}
