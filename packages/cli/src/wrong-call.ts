import type { CommanderError } from "commander";

/** A wrong call, in the words of whoever typed it: what is wrong, and what to type. Commander's own speak of arguments. */
export function wrongCall(error: CommanderError): string {
  const message = error.message.replace(/^error: /, "");
  const [text = message, near] = message.split(/\n\(Did you mean (?:one of )?(.*?)\?\)$/s);
  const [named = ""] = text.match(/(?<=').*?(?=')/s) ?? [];
  const suggestion = near === undefined ? "" : ` Did you mean ${near}?`;
  switch (error.code) {
    case "commander.unknownCommand":
      return `There is no command ${named}.${suggestion || " countersign --help lists them."}`;
    case "commander.unknownOption":
      return `There is no option ${named} here.${suggestion || " Add --help to see the options."}`;
    case "commander.missingArgument":
      return `<${named}> is missing. Add --help to see how the command is called.`;
    case "commander.missingMandatoryOptionValue":
      return `Give ${named} as well.`;
    case "commander.optionMissingArgument":
      return `Give a value: ${named}.`;
    case "commander.excessArguments":
      return `${text.replace(/^too many arguments.*?Expected /s, "This command takes ").replace(" but got ", ", and got ")} Put a value with blanks in quotes.`;
    case "commander.invalidArgument":
      return unusable(text);
    default:
      return `${text.replace(/[^.?]$/s, "$&.")} countersign --help tells more.`;
  }
}

/** "option '--status <status>' argument 'maybe' is invalid. Allowed choices are …" */
function unusable(text: string): string {
  const [, option, given, advice = ""] =
    /^(?:option '(.*?)' argument|command-argument value) '(.*?)' is invalid(?: for argument '.*?')?\. (.*)$/s.exec(text) ?? [];
  if (given === undefined) return text;
  const subject = option === undefined ? `"${given}" can't be used here.` : `${option.split(" ").at(-2) ?? option} can't be "${given}".`;
  return `${subject} ${advice.replace("Allowed choices are", "It can be")}`;
}
