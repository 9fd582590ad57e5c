"use client";
import { useMemo } from "react";
import { useSession } from "../../../_frame/use-session";
import type { Rights } from "../editor-context";

/** What the caller's role lets them do with a notebook. The server decides; this tells beforehand. */
export function useRights(): Rights {
  const { data } = useSession();
  const role = data?.role;
  return useMemo(
    () => ({
      edit:
        role === "viewer" || role === "runner"
          ? `Your role here is ${role}: you can read along. To change it you need the role editor.`
          : undefined,
      run: role === "viewer" ? "Your role here is viewer: you can watch runs. To start them you need the role runner." : undefined,
    }),
    [role],
  );
}
