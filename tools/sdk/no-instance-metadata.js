// a function runs on no instance that could be asked for its region
export const getInstanceMetadataRegion = async () => undefined;
