// clients that have operations with event streams need these when they are made; no handler calls such an operation
export const resolveEventStreamSerdeConfig = config => config;
export const eventStreamSerdeProvider = () => {
  throw new Error('the bundles of the handlers leave event streams out: see tools/lean-sdk.mjs');
};
export class EventStreamSerde {
  constructor() {
    eventStreamSerdeProvider();
  }
}
