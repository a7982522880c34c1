// Loads the agent after the library, in code: AGENT is the preload's path. One request through one route.
const express = require('express');
require(process.env.AGENT);
require('./one-request.cjs')(express);
