import type { Role } from "../trpc";

export interface SessionView {
  readonly user: { readonly id: string; readonly name: string; readonly email: string; readonly hasPassword: boolean };
  readonly workspace: { readonly id: string; readonly slug: string; readonly name: string };
  readonly role: "owner" | "editor" | "runner" | "viewer";
  readonly executor: {
    readonly kind: "docker" | "process";
    /** Shown on every page when tasks run as local processes; undefined with containers. */
    readonly notice: string | undefined;
  };
  readonly version: string;
}

export interface MemberView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

export interface ApiTokenView {
  readonly id: string;
  readonly name: string;
  /** Its first characters, to recognise it by. */
  readonly prefix: string;
  /** What it may do at most; "worker": nothing but be a worker's. */
  readonly scope: Role | "worker";
  readonly userId: string;
  readonly createdAt: string;
  readonly expiresAt: string | undefined;
  readonly lastUsedAt: string | undefined;
}

/** A signed-in browser of the user. */
export interface BrowserView {
  readonly id: string;
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly current: boolean;
}
