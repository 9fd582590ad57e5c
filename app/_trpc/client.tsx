"use client";
/** The page's one line to the server: queries, mutations and subscriptions over one WebSocket. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { useState, type ReactNode } from "react";
import type { AppRouter } from "@/server/router";

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

function makeClients() {
  const socket = createWSClient({
    url: () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/trpc`,
    lazy: { enabled: true, closeMs: 0 },
  });
  return {
    query: new QueryClient({ defaultOptions: { queries: { staleTime: 5_000, retry: 1 } } }),
    trpc: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }),
  };
}

export function ServerProvider({ children }: { readonly children: ReactNode }) {
  const [clients] = useState(makeClients);
  return (
    <QueryClientProvider client={clients.query}>
      <TRPCProvider trpcClient={clients.trpc} queryClient={clients.query}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
