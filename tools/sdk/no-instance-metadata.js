// a function does not run on an EC2 instance with metadata
export const getInstanceMetadataRegion = async () => undefined;
