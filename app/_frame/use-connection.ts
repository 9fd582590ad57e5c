"use client";
/** Whether the page's line to the server stands: learnt from the one subscription that every page has. */
import { useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useEffect, useState } from "react";
import { useTRPC } from "../_trpc/client";
import { announceRun } from "./run-changes";

export function useConnection(): boolean {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { status } = useSubscription(trpc.run.watchAll.subscriptionOptions(undefined, { onData: announceRun }));
  const [lost, setLost] = useState(false);
  const connecting = status === "connecting";
  useEffect(() => {
    // The first moments and short blinks are not worth a word.
    const timer = setTimeout(() => setLost(connecting), connecting ? 2500 : 0);
    return () => clearTimeout(timer);
  }, [connecting]);
  useEffect(() => {
    if (!lost) return undefined;
    // What happened meanwhile was told to nobody, and what could not be loaded can be now.
    return () => void queries.invalidateQueries();
  }, [lost, queries]);
  return !lost;
}
