"use client";
/** Who is signed in. Whoever is not, is sent to the sign-in and back here afterwards. */
import { useQuery } from "@tanstack/react-query";
import { usePathname, useRouter } from "next/navigation";
import { useEffect } from "react";
import { useTRPC } from "../_trpc/client";

export function useSession() {
  const trpc = useTRPC();
  const router = useRouter();
  const path = usePathname();
  const session = useQuery(trpc.workspace.session.queryOptions(undefined, { staleTime: 60_000 }));
  const unauthorized = session.error?.data?.code === "UNAUTHORIZED";
  useEffect(() => {
    if (unauthorized) router.replace(`/sign-in?next=${encodeURIComponent(path)}`);
  }, [unauthorized, path, router]);
  return session;
}
