/** What the process is told by its environment; read once, at the start. */
import os from "node:os";
import path from "node:path";

export interface Env {
  /** Everything that Heddle keeps lies in here, mode 0700. */
  readonly home: string;
  readonly host: string;
  readonly port: number;
  /** A PostgreSQL of the user's own; undefined: the embedded one. */
  readonly databaseUrl: string | undefined;
  /** The address people open when a proxy stands in front: https, unless it is a loopback one. */
  readonly publicUrl: URL | undefined;
}

export function readEnv(variables: Readonly<Record<string, string | undefined>>): Env {
  const port = Number(variables.PORT || 4680);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`PORT must be a number from 0 to 65535, not "${variables.PORT}".`);
  return {
    home: path.resolve(variables.HEDDLE_HOME || path.join(os.homedir(), ".heddle")),
    host: variables.HOST || "127.0.0.1",
    port,
    databaseUrl: variables.DATABASE_URL || undefined,
    publicUrl: variables.HEDDLE_URL ? readPublicUrl(variables.HEDDLE_URL) : undefined,
  };
}

function readPublicUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopbackName(url.hostname)))) {
    throw new Error(
      `HEDDLE_URL must be an https address such as https://heddle.example.org, not "${text}": sign-in cookies travel over https only.`,
    );
  }
  return url;
}

/** Names that browsers treat as this machine, so that Secure cookies work over plain http. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname === "::1" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
