/** An edit ended without a decision. The message says why, and where the text is kept. */
export class EditLeft extends Error {
  constructor(message: string) {
    super(message);
    this.name = "EditLeft";
  }
}
