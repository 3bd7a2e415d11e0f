from django.urls import path

from core.certificates import public_views, views

urlpatterns = [
    path("certificates/", views.Certificates.as_view()),
    path("certificates/keys/", public_views.SigningKeys.as_view()),
    path("certificates/keys/<slug:key_id>/", public_views.SigningKeyDetail.as_view()),
    path("certificates/<uuid:certificate_id>/", views.CertificateDetail.as_view()),
    path("certificates/<uuid:certificate_id>/credential/", views.Credential.as_view()),
    path("certificates/<uuid:certificate_id>/pdf/", views.CertificateDocument.as_view()),
    path("certificates/<uuid:certificate_id>/revoke/", views.RevokeCertificate.as_view()),
    path("certificates/<uuid:certificate_id>/status/", public_views.Revocation.as_view()),
    path("certificates/<uuid:certificate_id>/verify/", public_views.Verification.as_view()),
]
