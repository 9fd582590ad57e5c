"use client";
/**
 * The page's line to the server: queries and mutations over HTTP in batches, every subscription over one WebSocket that
 * reconnects by itself. Neighbour: outputs.ts (the shapes that arrive).
 */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, createWSClient, httpBatchLink, httpLink, splitLink, wsLink } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { useState, type ReactNode } from "react";
import type { AppRouter } from "@/server/router";

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

function makeClients() {
  const socket = createWSClient({
    url: () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live`,
    lazy: { enabled: true, closeMs: 1000 },
    keepAlive: { enabled: true, intervalMs: 15_000, pongTimeoutMs: 5_000 },
    retryDelayMs: (attempt) => (attempt === 0 ? 0 : Math.min(250 * 2 ** attempt, 5_000)),
  });
  const trpc = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: wsLink({ client: socket }),
        false: splitLink({
          // Asked for by the page's own HTML (preload-query.ts), or slower than others: in a request of its own.
          condition: (operation) => operation.path === "notebook.get" || operation.path === "run.get" || operation.path === "table.ask",
          true: httpLink({ url: "/api/trpc" }),
          // Long lists of ids go into the address: split the batch before servers refuse it.
          false: httpBatchLink({ url: "/api/trpc", maxURLLength: 4000 }),
        }),
      }),
    ],
  });
  return { trpc, query: new QueryClient({ defaultOptions: { queries: { staleTime: 5_000, retry: 1 } } }) };
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
