/// Who may do what: a line for each method of each address, which ``AccessMatrixTests`` holds against the running router.
///
/// A line is a method, a route, where its parameters need other values than usual `as` and an address, then the answers: one status for
/// everybody, or one for each of those who ask, in the order of the columns. `+` says that the answer shows what is private: a contact, a
/// waiting report, what a source said for staff only. `<` begins the body: JSON, or a form. GET is also HEAD, OPTIONS is 204 at every
/// address, and methods without a line are 405. Where a route is missing, the test prints what the answers are.
///
/// The work in question is of the service Roads and the source `sensor`, and the rules give the waiting report to Roads.
///
/// Places in bodies: `{formKey}` and `{secret}` are those of whoever asks, `{apiKey}` is the good key for the program with a key and empty for
/// all others, `{machine}` is a `source_id` for machines and nothing for people, `{sourceID}` is the work's.
enum AccessTable {
    /// Those who ask, in the order of the answers.
    static let columns = """
        nobody viewer own other any admin machine otherMachine expired revoked \
        viewerSession ownSession otherSession anySession adminSession apiKey
        """

    static let lines = #"""
        # Pages and files.
        GET /                                                          303
        GET /favicon.ico                                               404
        GET /robots.txt                                                404
        GET /leaflet/** as /leaflet/leaflet.js                         200
        GET /pages.css                                                 200
        GET /works                                                     200
        GET /works/{id}                                                200
        GET /districts                                                 200
        GET /districts/{id} as /districts/d                            200
        GET /statistics                                                200
        GET /privacy                                                   200
        GET /legend/{group}/{file} as /legend/works/file.png           404

        # The map and its data.
        GET /tiles/{tileset} as /tiles/works.json                      200
        GET /tiles/{tileset}/{z}/{x}/{y}                               200
        GET /geojson/{file} as /geojson/works.geojson                  200
        GET /wmts                                                      200
        GET /wmts/1.0.0/WMTSCapabilities.xml                           200
        GET /ogc                                                       200
        GET /ogc/api                                                   200
        GET /ogc/conformance                                           200
        GET /ogc/collections                                           200
        GET /ogc/collections/{layer}                                   200
        GET /ogc/collections/{layer}/items                             200
        GET /ogc/collections/{layer}/items/{id}                        200
        GET /ogc/collections/{layer}/queryables                        200
        GET /ogc/collections/{layer}/schema                            200
        GET /ogc/tileMatrixSets                                        200
        GET /ogc/tileMatrixSets/{set}                                  200
        GET /ogc/tiles                                                 200
        GET /ogc/tiles/{tileset}/{set}                                 200
        GET /ogc/tiles/{tileset}/{set}/{z}/{row}/{column}              200
        GET /api                                                       200
        GET /api/city                                                  200
        GET /api/legend                                                200
        GET /api/places as /api/places?q=hole                          200
        GET /api/sources                                               200
        GET /api/statistics as /api/statistics?group=category          200
        GET /api/hotspots as /api/hotspots?near=districts&within=100   200
        GET /api/duplicates as /api/duplicates?category=pothole&lat=56.5&long=44.5  200
        GET /api/works/{id}/history                                    200

        # Health; metrics are for clients of this machine alone, which OperationTests holds: here everybody is one.
        GET /health/live                                               200
        GET /health/ready                                              200
        GET /metrics                                                   200

        # Reports of residents (GeoReport v2): reading is for everybody, reporting for those with a key where the city asks for one.
        GET /open311/v2/discovery                                      200
        GET /open311/v2/discovery.json                                 200
        GET /open311/v2/discovery.xml                                  200
        GET /open311/v2/services                                       200
        GET /open311/v2/services.json                                  200
        GET /open311/v2/services.xml                                   200
        GET /open311/v2/services/{code}                                200
        GET /open311/v2/requests                                       200
        GET /open311/v2/requests.json                                  200
        GET /open311/v2/requests.xml                                   200
        GET /open311/v2/requests/{id}                                  200
        GET /open311/v2/tokens/{token}                                 200

        #                               --- bearers of tokens --------------------------------------------- sessions ----------------- program
        #                               no-    view- own  oth- any  ad-  ma-   other  ex-    re-    view- own  oth- any  ad-   with
        #                               body   er         er        min  chine mach.  pired  voked  er         er        min   a key
        POST /open311/v2/requests       403    403   403  403  403  403  403   403    403    403    403   403  403  403  403   201  < api_key={apiKey}&service_code=pothole&lat=56.5&long=44.5
        POST /open311/v2/requests.json  403    403   403  403  403  403  403   403    403    403    403   403  403  403  403   201  < api_key={apiKey}&service_code=pothole&lat=56.5&long=44.5
        POST /open311/v2/requests.xml   403    403   403  403  403  403  403   403    403    403    403   403  403  403  403   202  < api_key={apiKey}&service_code=other&lat=56.5&long=44.5&email=a@example.org

        # The door for staff and machines. A session of a browser opens nothing here.
        GET /api/works/{id}             200    200   200+ 200  200+ 200+ 200   200    401    401    200   200  200  200  200   200
        PATCH /api/works/{id}           401    403   200+ 403  200+ 200+ 403   403    401    401    401   401  401  401  401   401  < {"severity":"severe","reason":"seen"}
        POST /api/works                 401    403   201  201  201  201  201   201    401    401    401   401  401  401  401   401  < {"category":"pothole","title":"Hole"{machine}}
        POST /api/works                 401    403   403  403  403  403  200   403    401    401    401   401  401  401  401   401  < {"category":"pothole","title":"Deeper","source":"sensor","source_id":"{sourceID}"}
        POST /api/works/{id}/hide       401    403   200  403  200  200  403   403    401    401    401   401  401  401  401   401  < {"reason":"seen"}
        POST /api/works/{id}/unhide     401    403   409  403  409  409  403   403    401    401    401   401  401  401  401   401  < {"reason":"seen"}
        POST /api/works/{id}/redact     401    403   200  403  200  200  403   403    401    401    401   401  401  401  401   401  < {"field":"title","reason":"seen"}
        POST /api/works/{id}/place      401    403   200  403  200  200  403   403    401    401    401   401  401  401  401   401  < {"geometry":{"type":"Point","coordinates":[44.51,56.51]},"reason":"seen"}

        # The desk: without a session there is the form for signing in, and 403 for forms. Tokens open nothing here.
        GET /staff                      200    200   200  200  200  200  200   200    200    200    200   200  200  200  200   200
        GET /staff/audit                200    200   200  200  200  200  200   200    200    200    403   403  403  403  200   200
        GET /staff/setup                404    404   404  404  404  404  404   404    404    404    404   404  404  404  200   404
        GET /staff/staff.css            200
        POST /staff/login               401    303   303  303  303  303  403   403    401    401    303   303  303  303  303   401  < token={secret}
        POST /staff/logout              403    403   403  403  403  403  403   403    403    403    303   303  303  303  303   403  < key={formKey}
        GET /staff/works/{id}           200    200   200  200  200  200  200   200    200    200    200   200+ 200  200+ 200+  200
        POST /staff/works/{id}          403    403   403  403  403  403  403   403    403    403    403   303  403  303  303   403  < key={formKey}&revision=1&action=status&status=accepted
        GET /staff/reports/{token}      200    200   200  200  200  200  200   200    200    200    403   200+ 403  200+ 200+  200
        POST /staff/reports/{token}     403    403   403  403  403  403  403   403    403    403    403   303  403  303  303   403  < key={formKey}&action=accept
        POST /staff/reports/{token}     403    403   403  403  403  403  403   403    403    403    403   303  403  303  303   403  < key={formKey}&action=refuse
        """#
}
