/** A store as a user sees it. Whoever opened it closes it. */
export interface Store extends AsyncDisposable {
  readonly capabilities: {
    /** Survives the process. */
    readonly durable: boolean;
    /** Several processes may have it open at once. */
    readonly shared: boolean;
    /** `watch` hears of the commits of other handles and processes too, so that whoever waits for them needn't poll. */
    readonly push: boolean;
  };
  close(): Promise<void>;
}
