/** A control group with little memory: for what is in it, the machine has no more. Root only, as making one is. */
import fs from "node:fs";
import path from "node:path";

export class MemoryGroup {
  private constructor(private readonly folder: string) {}

  /** Undefined where none can be made. */
  static make(bytes: number): MemoryGroup | undefined {
    const name = `heddle-test-${process.pid}`;
    const first = "/sys/fs/cgroup/memory";
    try {
      const folder = path.join(fs.existsSync(first) ? first : "/sys/fs/cgroup", name);
      fs.mkdirSync(folder);
      const group = new MemoryGroup(folder);
      fs.writeFileSync(path.join(folder, fs.existsSync(first) ? "memory.limit_in_bytes" : "memory.max"), String(bytes));
      return group;
    } catch {
      return undefined;
    }
  }

  /** And all that it will start. */
  add(pid: number): void {
    fs.writeFileSync(path.join(this.folder, "cgroup.procs"), String(pid));
  }

  /** Once nothing is in it any more. */
  async remove(): Promise<void> {
    for (const pid of fs.readFileSync(path.join(this.folder, "cgroup.procs"), "utf8").trim().split("\n").filter(Boolean)) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // Gone meanwhile.
      }
    }
    for (;;) {
      try {
        return fs.rmdirSync(this.folder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}
