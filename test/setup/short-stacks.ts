// Jest's hundred frames take a good part of the time of what makes many errors, as the CDK does to know where a construct was made
Error.stackTraceLimit = 10;
