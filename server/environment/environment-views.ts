import type { InstallProgress, PackageFacts } from "./install-lock";
import type { NpmFault } from "./npm-fault";

export interface PackageView extends PackageFacts {
  /** There in every notebook. */
  readonly base: boolean;
}

/** The packages of a notebook, as its newest saved version wants them. */
export interface EnvironmentView {
  readonly revision: number;
  /** base: it wants nothing of its own. */
  readonly state: "base" | "ready" | "resolving" | "installing" | "failed";
  /** While it installs. */
  readonly progress: InstallProgress | undefined;
  /** Why it failed, and what to do. */
  readonly fault: NpmFault | undefined;
  /** What runs use now: what it wants, what it had before, or the base alone. */
  readonly inUse: "own" | "before" | "base";
  /** Of what runs use: the hash of its lock. */
  readonly hash: string;
  /** name → range, as saved. */
  readonly wish: Readonly<Record<string, string>>;
  /** Of what runs use. */
  readonly packages: readonly PackageView[];
  /** All that lies in it, with what packages brought along. */
  readonly bytes: number;
  readonly count: number;
}

export type RegistryAnswer<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly message: string };

export interface FoundPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

export interface PackageVersions {
  readonly name: string;
  readonly description: string | undefined;
  readonly licence: string | undefined;
  readonly latest: string | undefined;
  /** Newest first, at most 60; no pre-releases but those that a tag names. */
  readonly versions: readonly string[];
}
