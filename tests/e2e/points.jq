# The Collector's OTLP/JSON, one request a line, as one flat object for each data point of $metric.
# OTLP/JSON writes 64-bit integers as strings, and leaves out what is 0 or empty.

def number: (. // 0) | tonumber;
def numbers: map(number);

def any_value:
  def attributes: reduce .[]? as $one ({}; .[$one.key] = ($one.value | any_value));
  if has("intValue") then .intValue | number
  elif has("boolValue") then .boolValue
  elif has("arrayValue") then [.arrayValue.values[]? | any_value]
  elif has("kvlistValue") then .kvlistValue.values | attributes
  else .stringValue // .doubleValue // .bytesValue
  end;
def attributes: {kvlistValue: {values: .}} | any_value;

def exponential_buckets: {offset: (.offset | number), buckets: (.bucketCounts // [] | numbers)};

def measured($type):
  if $type == "histogram" then
    {count: (.count | number), sum, min, max,
     bounds: (.explicitBounds // []), buckets: (.bucketCounts // [] | numbers)}
  elif $type == "exponential_histogram" then
    {count: (.count | number), sum, min, max, scale: (.scale | number),
     zero_count: (.zeroCount | number), zero_threshold: (.zeroThreshold // 0),
     positive: (.positive | exponential_buckets), negative: (.negative | exponential_buckets)}
  else
    {value: (if has("asInt") then .asInt | number else .asDouble end)}
  end;

foreach inputs as $request (-1; . + 1;
  . as $export
  | $request.resourceMetrics[]? as $resource
  | $resource.scopeMetrics[]? as $scope
  | $scope.metrics[]? as $instrument
  | select($instrument.name == $metric)
  | ($instrument
     | if .sum then ["sum", .sum]
       elif .gauge then ["gauge", .gauge]
       elif .histogram then ["histogram", .histogram]
       else ["exponential_histogram", .exponentialHistogram] end) as [$type, $data]
  | $data.dataPoints[]?
  | {export: $export, resource: ($resource.resource.attributes | attributes),
     scope: $scope.scope.name, scope_version: $scope.scope.version,
     name: $metric, description: $instrument.description, unit: $instrument.unit,
     type: $type, temporality: [null, "delta", "cumulative"][$data.aggregationTemporality // 0],
     monotonic: (if $type == "sum" then $data.isMonotonic // false else null end),
     attributes: (.attributes | attributes),
     start: .startTimeUnixNano, time: .timeUnixNano, flags: (.flags // 0)}
    + measured($type))
| with_entries(select(.value != null))
