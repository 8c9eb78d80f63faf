/** What a shell is told: to ask `countersign complete` with the words so far. */
export const SCRIPTS = {
  bash: `# countersign completion bash >> ~/.bashrc
_countersign() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(countersign complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _countersign countersign
`,
  zsh: `# countersign completion zsh >> ~/.zshrc, after compinit
_countersign() {
  local -a found
  found=(\${(f)"$(countersign complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  (( \${#found} )) && compadd -a found || _files
}
compdef _countersign countersign
`,
  fish: `# countersign completion fish > ~/.config/fish/completions/countersign.fish
complete -c countersign -a '(countersign complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
} as const;
