import { inWorkspace, router } from "../trpc";
import type { SessionView } from "./workspace-views";

export const workspaceRouter = router({
  session: inWorkspace("viewer").query((): Promise<SessionView> => {
    throw new Error("not built yet");
  }),
});
