import type { Metadata, Viewport } from "next";
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

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: themeScript }} />
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
