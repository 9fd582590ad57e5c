export interface SessionView {
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
  readonly workspace: { readonly id: string; readonly slug: string; readonly name: string };
  readonly role: "owner" | "editor" | "runner" | "viewer";
  readonly executor: {
    readonly kind: "docker" | "process";
    /** Shown on every page when tasks run as local processes; undefined with containers. */
    readonly notice: string | undefined;
  };
  readonly version: string;
}
