/** `@countersign/terminal`: a person decides at a terminal. @module */
export {};
