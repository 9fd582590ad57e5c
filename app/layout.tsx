import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { Frame } from "./_frame/frame";
import { ServerProvider } from "./_trpc/client";
import { themeScript } from "./_ui/theme-script";
import { ToastProvider } from "./_ui/toast";
import { TooltipProvider } from "./_ui/tooltip";
import "./globals.css";

export const metadata: Metadata = { title: { default: "Heddle", template: "%s · Heddle" } };

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f6f8f8" },
    { media: "(prefers-color-scheme: dark)", color: "#0e1313" },
  ],
};

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  // Scripts run only with the nonce of their own answer (server/entry/security-headers), so no page is built ahead.
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: themeScript }} />
      </head>
      <body>
        <ServerProvider>
          <TooltipProvider>
            <ToastProvider>
              <Frame>{children}</Frame>
            </ToastProvider>
          </TooltipProvider>
        </ServerProvider>
      </body>
    </html>
  );
}
