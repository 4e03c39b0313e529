// Jest sets 100 frames, which makes errors slow; the CDK creates one for each construct
Error.stackTraceLimit = 10;
