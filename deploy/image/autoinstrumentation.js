// The file that the OpenTelemetry operator, and the manifests in deploy/kubernetes, preload from the copied folder.
require('./register.js');
