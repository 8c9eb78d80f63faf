import styles from "./tabs.module.css";

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly name: string; readonly href: string; readonly isChosen: boolean }[];
}

/** Which part of a list is shown. Each is an address of its own. */
export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav class={styles["tabs"]} aria-label={label}>
      {tabs.map(({ name, href, isChosen }) => (
        <a key={name} class={styles["tab"]} href={href} aria-current={isChosen ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
