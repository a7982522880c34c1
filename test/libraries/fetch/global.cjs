// Global fetch, from CommonJS.
require('./fetch.js')(fetch);
