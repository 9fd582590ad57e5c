import type { NotebookDetail } from "../../../_trpc/outputs";
import type { Rights } from "../editor-context";

/** What a role lets one do with a notebook. The server decides; this tells beforehand. */
export function rightsOf(role: NotebookDetail["role"]): Rights {
  return {
    edit:
      role === "viewer" || role === "runner"
        ? `Your role here is ${role}: you can read along. To change the notebook you need the role editor.`
        : undefined,
    run: role === "viewer" ? "Your role here is viewer: you can watch runs. To start them you need the role runner." : undefined,
  };
}
