// constructors of clients that support event streams need these; no handler calls such an operation
export const resolveEventStreamSerdeConfig = config => config;
export const eventStreamSerdeProvider = () => {
  throw new Error('handler bundles do not support event streams: see tools/lean-sdk.mjs');
};
export class EventStreamSerde {
  constructor() {
    eventStreamSerdeProvider();
  }
}
