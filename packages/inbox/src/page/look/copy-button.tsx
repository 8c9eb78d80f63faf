import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { Button } from "./button.tsx";

interface CopyButtonProps {
  readonly text: string;
  /** `the id`: what is copied, for whoever hears the page. */
  readonly what: string;
}

/** Puts a text on the clipboard, and says so. It isn't there where the browser has no clipboard for the page. */
export function CopyButton({ text, what }: CopyButtonProps) {
  const { announcer } = useApp();
  const said = useSignal("Copy");
  useEffect(() => {
    if (said.value === "Copy") return;
    const timer = setTimeout(() => {
      said.value = "Copy";
    }, 2_000);
    return () => clearTimeout(timer);
  }, [said.value]);
  if (!("clipboard" in navigator)) return null;

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      said.value = "Copied";
    } catch {
      said.value = "The browser refused";
    }
    announcer.say(said.value);
  }

  return (
    <Button look="quiet" aria-label={`${said.value} ${what}`} onPress={() => void copy()}>
      {said.value}
    </Button>
  );
}
