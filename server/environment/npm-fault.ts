/** npm's words for people: what is the matter, with which package, and what to do. Neighbour: run-npm.ts. */

export interface NpmFault {
  /** unreachable unknown-package unknown-version conflict damaged forbidden no-space too-large timeout no-npm other */
  readonly type:
    | "unreachable"
    | "unknown-package"
    | "unknown-version"
    | "conflict"
    | "damaged"
    | "forbidden"
    | "no-space"
    | "too-large"
    | "timeout"
    | "no-npm"
    | "other";
  /** The package it is about, where npm names one. */
  readonly package: string | undefined;
  /** What happened, and what to do: one or two sentences. */
  readonly message: string;
}

export class NpmFailure extends Error {
  override readonly name = "NpmFailure";

  constructor(readonly fault: NpmFault) {
    super(fault.message);
  }
}

const awayCodes =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|EIDLETIMEOUT|UNABLE_TO_GET_ISSUER_CERT\w*|SELF_SIGNED_CERT\w*|CERT_\w+)\b/;

/** @param stderr what npm wrote, @param asked the packages that somebody wants, for where npm names none */
export function toNpmFault(stderr: string, asked: readonly string[]): NpmFault {
  const text = stderr.replace(/\x1b\[[0-9;]*m/g, "");
  const code = /npm (?:error|ERR!) code (\S+)/.exec(text)?.[1] ?? "";
  const named = findPackage(text, asked);
  const about = named === undefined ? "A package" : `“${named}”`;
  const fault = (type: NpmFault["type"], message: string): NpmFault => ({ type, package: named, message });
  if (code === "E404")
    return fault(
      "unknown-package",
      `There is no package ${about} in the registry. Check its name; a private one needs the registry's login in the npm settings of this server.`,
    );
  if (code === "ETARGET" || code === "ENOVERSIONS") {
    const wanted = /No matching version found for (\S+?)\.?\s/.exec(`${text} `)?.[1];
    return fault(
      "unknown-version",
      `${about} has no version that fits${wanted === undefined ? "" : ` ${wanted.slice(wanted.lastIndexOf("@") + 1)}`}. Choose another version in the panel.`,
    );
  }
  if (code === "ERESOLVE") {
    const why =
      /npm (?:error|ERR!) (?:Could not resolve dependency|Conflicting peer dependency):?\s*(?:\n.*)?npm (?:error|ERR!) ([^\n]+)/.exec(
        text,
      )?.[1];
    return fault(
      "conflict",
      `The packages do not fit together${why === undefined ? "" : ` (${why.trim()})`}. Choose another version of ${named === undefined ? "one of them" : about}.`,
    );
  }
  if (code === "EINTEGRITY")
    return fault(
      "damaged",
      `The bytes of ${about} are not those that the lock names, so nothing was installed. Try again; when it stays so, do not trust that registry.`,
    );
  if (code === "E401" || code === "E403" || code === "ENEEDAUTH")
    return fault(
      "forbidden",
      `The registry refuses ${about} (${code.slice(1)}). Put its login into the npm settings of this server (npm login), then try again.`,
    );
  if (code === "ENOSPC" || code === "EDQUOT")
    return fault("no-space", "There is no space left for packages in Heddle's home folder. Free some, then try again.");
  if (awayCodes.test(code) || awayCodes.test(text) || /network request to .* failed/i.test(text)) {
    return fault(
      "unreachable",
      `The package registry cannot be reached from this server, so ${about === "A package" ? "nothing" : about} could not be fetched. Check the network or npm's proxy settings, then try again.`,
    );
  }
  const elsewhere = /Fetching packages of type "(\w+)" have been disabled/.exec(text)?.[1];
  if (elsewhere !== undefined)
    return fault(
      "other",
      `One of the packages wants something that is no package of the registry (${elsewhere}). Only those can be installed: choose another package.`,
    );
  const first = /npm (?:error|ERR!) (?!code|errno|syscall|path|A complete log)([^\n]+)/.exec(text)?.[1]?.trim();
  return fault("other", `npm could not do it${first === undefined ? "" : `: ${first}`}. Try again, or choose another version.`);
}

function findPackage(text: string, asked: readonly string[]): string | undefined {
  const target = /(?:notarget|No matching version found for) (?:No matching version found for )?((?:@[^/@\s]+\/)?[^@\s]+)@/.exec(text)?.[1];
  if (target !== undefined) return target;
  const listed = /'((?:@[^/'@]+\/)?[^@']+)@[^']*' is not in (?:this|the npm) registry/.exec(text)?.[1];
  if (listed !== undefined) return listed;
  const url = /(?:https?:\/\/[^\s]*?\/)((?:@[^/\s%]+(?:\/|%2[fF]))?[^/\s]+?)(?:\/-\/[^\s]*)?(?: - | failed|[,:.]?\s|$)/.exec(text)?.[1];
  const name = url === undefined ? undefined : safelyDecoded(url);
  if (name !== undefined && asked.includes(name)) return name;
  const mentioned = asked.find((each) => text.includes(each));
  return mentioned ?? (name !== undefined && /^(@[\w.-]+\/)?[\w.-]+$/.test(name) ? name : asked.length === 1 ? asked[0] : undefined);
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
