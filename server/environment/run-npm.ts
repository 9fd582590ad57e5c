/**
 * One call of npm: without install scripts, without this server's secrets, with an end in time. Which registry it talks to is
 * for the npm settings of whoever runs Heddle. Neighbours: resolve-lock.ts, install-lock.ts, package-search.ts (callers).
 */
import { spawn } from "node:child_process";
import { NpmFailure, toNpmFault } from "./npm-fault";

export interface NpmCall {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Packages that somebody asked for, to name in faults. */
  readonly asked: readonly string[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Each line of its log. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** For tests: another registry, say. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** What finding and trusting the registry takes; nothing of Heddle's, no database, no tokens of other programs. */
const passed =
  /^(PATH|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|COMSPEC|PATHEXT|TMPDIR|TEMP|TMP|LANG|LC_ALL|NVM_\w+|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|npm_config_(registry|cache|userconfig|globalconfig|prefix|https?_proxy|proxy|noproxy|cafile|ca|strict_ssl))$/i;
/** Packages come from the registry only (npm 11 and newer; lock-file.ts checks it in any case). */
const onlyRegistry = {
  npm_config_allow_git: "none",
  npm_config_allow_file: "none",
  npm_config_allow_directory: "none",
  npm_config_allow_remote: "none",
};
const mostOutput = 32 * 1024 * 1024;

/** Its standard output. Throws NpmFailure; an abort is thrown as the signal's reason. */
export function runNpm({ args, cwd, asked, timeoutMs, signal, onLine, env = {} }: NpmCall): Promise<string> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(
      "npm",
      // Before the command: behind a "--" they would be taken for words of its own.
      [
        "--ignore-scripts",
        "--logs-max=0",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=500",
        "--fetch-timeout=60000",
        ...args,
      ],
      {
        cwd,
        env: { ...npmEnv(), ...onlyRegistry, ...env } as unknown as NodeJS.ProcessEnv,
        stdio: ["ignore", "pipe", "pipe"],
        // A group of its own: npm has children.
        detached: process.platform !== "win32",
        shell: process.platform === "win32",
      },
    );
    let output = "";
    let errors = "";
    let line = "";
    let timedOut = false;
    child.stdout.on("data", (chunk: Buffer) => {
      if (output.length < mostOutput) output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      const text = chunk.toString();
      errors = (errors + text.replace(/^npm http [^\n]*\n/gm, "")).slice(-20_000);
      const lines = (line + text).split("\n");
      line = lines.pop()!;
      if (onLine) lines.forEach(onLine);
    });
    const kill = () => {
      try {
        if (process.platform === "win32") child.kill("SIGKILL");
        else process.kill(-child.pid!, "SIGKILL");
      } catch {
        // Gone already.
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutMs);
    signal?.addEventListener("abort", kill, { once: true });
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", kill);
    };
    child.once("error", () => {
      end();
      reject(
        new NpmFailure({
          type: "no-npm",
          package: undefined,
          message: "npm is not on this machine. It comes with Node: install that, then try again.",
        }),
      );
    });
    child.once("close", (code) => {
      end();
      if (signal?.aborted) return reject(signal.reason as Error);
      if (timedOut) {
        const message = `It took longer than ${Math.round(timeoutMs / 1000)} s and was ended. Try again, or ask for fewer packages.`;
        return reject(new NpmFailure({ type: "timeout", package: asked.length === 1 ? asked[0] : undefined, message }));
      }
      if (code === 0) return resolve(output);
      reject(new NpmFailure(toNpmFault(`${errors}${output.length < 20_000 ? output : ""}`, asked)));
    });
  });
}

/** The environment variables that npm gets from this process. */
export function npmEnv(from: Readonly<Record<string, string | undefined>> = process.env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(from).flatMap(([name, value]) => (value !== undefined && passed.test(name) ? [[name, value]] : [])),
  );
}
